"""API tokens: made once, shown once, kept as a digest only."""

import hashlib
import secrets

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from nodes.models import ApiToken

PREFIX = "storj_"  # lets secret scanners, and people, tell what they found


def create_token(user: User, label: str, scope: str = ApiToken.Scope.READ) -> str:
    """Makes a token that acts as `user` and returns its secret, which cannot be had again."""
    return issue(ApiToken(user=user, label=label, scope=scope))


def issue(token: ApiToken) -> str:
    """Gives a new token its secret, saves it without, and returns the secret."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token.digest = digest_of(secret)
    token.save(force_insert=True)
    return secret


def token_of(secret: str) -> ApiToken | None:
    """The token with its user; None if it is unknown or revoked, or the user inactive.

    The lookup is by digest, so its duration tells nothing about the secrets that exist.
    """
    return (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(secret), revoked_at=None, user__is_active=True)
        .first()
    )


def user_of(secret: str) -> User | None:
    """The user as whom the bearer of `secret` acts, if anybody."""
    token = token_of(secret)
    return None if token is None else token.user


def revoke(tokens: QuerySet[ApiToken]) -> int:
    """Ends these tokens now and for good; returns how many were not revoked before."""
    return tokens.filter(revoked_at=None).update(revoked_at=timezone.now())


def digest_of(secret: str) -> str:
    # 32 random bytes need no slow hash; "surrogatepass" because a header can hold any bytes.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
