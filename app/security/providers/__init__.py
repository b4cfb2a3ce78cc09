"""Other ways to sign in, beside a password of ours: OpenID Connect, OAuth 2, LDAP, a proxy.

All of them end in `entry.admit`: a person whom a provider knows becomes one of our accounts, by
the provider and what it calls the person, never by a name or an address.
"""
