"""Two photos of data_samples that every encoder must tell apart; see `embed.verification`."""
