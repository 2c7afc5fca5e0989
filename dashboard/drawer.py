"""The admin's addresses, below /admin/. With the pages that `dashboard.admin` describes, which this loads."""

from django.contrib import admin

admin.autodiscover()
urlpatterns, app_name, namespace = admin.site.urls
