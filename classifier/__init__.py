"""The classifier's training, evaluation and shipped model (CLS-2). At run time only `model/` is read, by `rules/classification/classify.py`."""
