"""Rules in, audio out: data sets that are composed and rendered where they are used, without a download."""
