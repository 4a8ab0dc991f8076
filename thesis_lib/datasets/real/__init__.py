"""Name in, clips out: the thesis's own data sets, where the reader has them or can get them."""
