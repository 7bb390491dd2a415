"""Train the heads of the compact encoder: `python -m embed.training --data FOLDER`."""
