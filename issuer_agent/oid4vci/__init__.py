"""OpenID4VCI 1.0 as this issuer speaks it: pre-authorized code, nonce, bound credentials, notification."""
