"""Mail: the outbox, what each kind of message says, sending it, and the owner's page about it."""
