"""What changed, when, by whom and from where: written in the transaction of the change itself.

The session's own events write it, so no form, action, import, job or command can forget to.
"""
