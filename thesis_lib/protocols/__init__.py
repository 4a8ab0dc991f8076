"""Run each chapter's experiment: one package per chapter, and what the chapters share."""
