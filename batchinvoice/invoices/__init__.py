"""What an invoice is: pure rules; no file, network, clock or database."""
