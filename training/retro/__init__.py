"""Retort's model: neighbour encoder, reader and decoder, in plain PyTorch."""
