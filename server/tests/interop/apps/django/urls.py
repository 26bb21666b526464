"""Django's own log-in at /login/, and /me, which says who is signed in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import include, path


@login_required
def me(request):
    return HttpResponse(request.user.email, content_type="text/plain")


urlpatterns = [
    path("", include("django.contrib.auth.urls")),
    path("me", me, name="me"),
]
