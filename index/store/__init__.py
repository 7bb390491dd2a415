"""The vector store: one contract, and its exact, embedded and server implementations."""
