"""chipwatch: who rents A100/H100-class chips, where, at what price, and what public terms say about who may rent them."""

__version__ = "0.1.0"
