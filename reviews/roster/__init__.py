"""The roster from a file of the people system: read, mapped, looked over, applied."""
