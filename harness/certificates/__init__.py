"""Certificates over their life: shown, checked, compared before an exchange, planned; what is pure of it."""
