"""The description of signing in."""

from __future__ import annotations


def test_document_says_how_to_sign_in(client, cast, login):
    login(client, cast.stranger)

    document = client.get("/api/v1/_openapi").json

    assert document["components"]["securitySchemes"]["jwt"]["scheme"] == "bearer"
    login_operation = document["paths"]["/api/v1/security/login"]["post"]
    assert set(login_operation["responses"]) == {"200", "400", "401", "422", "429"}
    refresh = document["paths"]["/api/v1/security/refresh"]["post"]
    assert refresh["security"] == [{"jwt_refresh": []}]
