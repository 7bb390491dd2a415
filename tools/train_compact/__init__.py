"""Train the heads of the compact encoder: `python -m tools.train_compact --data FOLDER`."""
