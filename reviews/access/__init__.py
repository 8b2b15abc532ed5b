"""Who is what to a cycle or packet, and the only ways to reach one."""
