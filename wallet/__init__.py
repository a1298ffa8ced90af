"""The student's wallet: a service that keeps ciphertext, and the browser app that alone can open it."""
