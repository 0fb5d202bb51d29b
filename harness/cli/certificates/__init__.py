"""`sip-mtls certs`: certificate files shown, checked and made."""
