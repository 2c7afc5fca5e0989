"""The engineer's drawer: Django's admin over everything the owner owns, and the records, read-only."""

from typing import Any

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from channels_app import candidates
from channels_app.engine_fields import StartedEngine
from channels_app.models import (
    Alias,
    Channel,
    ChannelKey,
    ChannelModel,
    ClientKey,
    Limited,
    Preferences,
    sealed_fields,
)
from channels_app.providers import PROVIDERS
from channels_app.secrets import fingerprint, new_client_token
from channels_app.validators import validate_api_key
from dashboard.api.trials import trial
from gateway import trials
from gateway.models import UsageRecord
from gateway.runaway import guard

admin.site.site_header = admin.site.site_title = "Novapi"
admin.site.index_title = "Management"
admin.site.site_url = None
admin.site.unregister([User, Group])  # there is one owner


class RefreshingAdmin(admin.ModelAdmin):
    """What is saved here is in force when the page is back."""

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> Any:
        candidates.refresh()
        return super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> Any:
        candidates.refresh()
        return super().response_post_save_change(request, obj)


class ChannelKeyForm(forms.ModelForm):
    """Keys are write-only: an empty field keeps the stored one."""

    new_key = forms.CharField(
        required=False, label="API key", widget=forms.PasswordInput(attrs={"autocomplete": "off", "size": 50})
    )

    class Meta:
        model = ChannelKey
        fields = ["enabled"]

    def clean_new_key(self) -> str:
        secret: str = self.cleaned_data["new_key"].strip()
        if not secret and not self.instance.pk:
            raise forms.ValidationError("Enter the key.")
        try:
            validate_api_key(secret)
        except forms.ValidationError as problem:
            raise forms.ValidationError(problem.messages) from problem
        return secret

    def save(self, commit: bool = True) -> ChannelKey:
        if secret := self.cleaned_data["new_key"]:
            for name, value in sealed_fields(secret).items():
                setattr(self.instance, name, value)
        saved: ChannelKey = super().save(commit)
        return saved


class ChannelKeyFormSet(forms.BaseInlineFormSet):
    """A channel has each key once."""

    def clean(self) -> None:
        super().clean()
        marks = [self.mark(form) for form in self.forms if form.is_valid() and not form.cleaned_data.get("DELETE")]
        if len(set(marks)) < len(marks):
            raise forms.ValidationError("The channel has this key already.")

    def mark(self, form: Any) -> str:
        secret = form.cleaned_data.get("new_key")
        return fingerprint(secret) if secret else form.instance.fingerprint


class ChannelKeyInline(admin.TabularInline):
    model = ChannelKey
    form = ChannelKeyForm
    formset = ChannelKeyFormSet
    fields = ["masked", "new_key", "enabled"]
    readonly_fields = ["masked"]
    extra = 0


class ChannelModelInline(admin.TabularInline):
    model = ChannelModel
    extra = 0


class ChannelForm(forms.ModelForm):
    provider = forms.ChoiceField(choices=[(row.id, f"{row.name} ({row.id})") for row in PROVIDERS.values()])

    class Meta:
        model = Channel
        fields = "__all__"
        widgets = {
            "dialects": forms.Textarea(attrs={"rows": 2}),
            "headers": forms.Textarea(attrs={"rows": 3}),
            "overrides": forms.Textarea(attrs={"rows": 4}),
            "command": forms.Textarea(attrs={"rows": 3}),
            "stop_command": forms.Textarea(attrs={"rows": 1}),
            "env": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_dialects(self) -> list[str]:
        return self.cleaned_data["dialects"] or []

    def clean_headers(self) -> dict[str, str]:
        return self.cleaned_data["headers"] or {}

    def clean_env(self) -> dict[str, str]:
        return self.cleaned_data["env"] or {}

    def clean_overrides(self) -> dict[str, Any]:
        return self.cleaned_data["overrides"] or {}


@admin.register(Channel)
class ChannelAdmin(RefreshingAdmin):
    form = ChannelForm
    fieldsets = [
        (None, {"fields": ["name", "provider", "base_url", "enabled"]}),
        (
            "Engine that Novapi starts",
            {"fields": [field.name for field in StartedEngine._meta.fields], "classes": ["collapse"]},
        ),
        ("Order", {"fields": ["priority", "weight", "failures_to_pause"]}),
        ("Time limits in seconds", {"fields": ["connect_s", "first_byte_s", "idle_s"], "classes": ["collapse"]}),
        (
            "Limits",
            {"fields": [field.name for field in Limited._meta.fields], "classes": ["collapse"]},
        ),
        (
            "Special cases",
            {"fields": ["api_version", "dialects", "headers", "proxy", "overrides"], "classes": ["collapse"]},
        ),
    ]
    list_display = ["name", "enabled", "provider", "base_url", "masked_keys", "model_count", "priority", "weight"]
    list_filter = ["enabled", "provider"]
    search_fields = ["name", "provider", "base_url", "models__name", "models__upstream"]
    inlines = [ChannelKeyInline, ChannelModelInline]
    actions = ["enable", "disable", "test"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        return super().get_queryset(request).prefetch_related("keys", "models")

    @admin.display(description="keys")
    def masked_keys(self, channel: Channel) -> str:
        return ", ".join(key.masked for key in channel.keys.all())

    @admin.display(description="models")
    def model_count(self, channel: Channel) -> int:
        return len(channel.models.all())

    @admin.action(description="Enable")
    def enable(self, request: HttpRequest, channels: QuerySet[Channel]) -> None:
        switch(channels, True)

    @admin.action(description="Disable")
    def disable(self, request: HttpRequest, channels: QuerySet[Channel]) -> None:
        switch(channels, False)

    @admin.action(description="Test (sends up to four small calls per channel and key)")
    def test(self, request: HttpRequest, channels: QuerySet[Channel]) -> None:
        for channel in channels:
            report = async_to_sync(trials.run)(trial(channel.pk))
            text = " ".join(f"{stage['name']}: {stage['detail']} ({stage['ms']} ms)" for stage in report["stages"])
            self.message_user(request, f"{channel}: {text}", messages.SUCCESS if report["ok"] else messages.ERROR)


@admin.register(Alias)
class AliasAdmin(RefreshingAdmin):
    list_display = ["name", "targets", "strategy", "enabled"]
    list_filter = ["enabled"]
    search_fields = ["name", "targets"]
    actions = ["enable", "disable"]

    @admin.action(description="Enable")
    def enable(self, request: HttpRequest, aliases: QuerySet[Alias]) -> None:
        switch(aliases, True)

    @admin.action(description="Disable")
    def disable(self, request: HttpRequest, aliases: QuerySet[Alias]) -> None:
        switch(aliases, False)


@admin.register(ClientKey)
class ClientKeyAdmin(RefreshingAdmin):
    list_display = ["name", "masked", "is_master", "enabled", "expires_at", "created_at"]
    list_filter = ["enabled", "is_master"]
    search_fields = ["name", "last4"]
    readonly_fields = ["masked", "is_master", "created_at"]
    actions = ["enable", "disable", "resume", "delete_keys"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj and obj.is_master)

    def save_model(self, request: HttpRequest, obj: ClientKey, form: Any, change: bool) -> None:
        if not change:
            obj.set_token(new_client_token())
            self.message_user(request, f"The key of {obj.name} is {obj.token} - copy it now.", messages.WARNING)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: ClientKey) -> None:
        key_id = obj.pk  # gone from the object by then
        super().delete_model(request, obj)
        guard.resume(key_id)

    @admin.action(description="Enable")
    def enable(self, request: HttpRequest, keys: QuerySet[ClientKey]) -> None:
        switch(keys, True)

    @admin.action(description="Disable (the master key always works)")
    def disable(self, request: HttpRequest, keys: QuerySet[ClientKey]) -> None:
        switch(keys.filter(is_master=False), False)

    @admin.action(description="Resume (apps that were stopped for running away)")
    def resume(self, request: HttpRequest, keys: QuerySet[ClientKey]) -> None:
        for key in keys:
            guard.resume(key.pk)

    @admin.action(description="Delete (the master key stays)")
    def delete_keys(self, request: HttpRequest, keys: QuerySet[ClientKey]) -> None:
        deleted = [key.pk for key in keys if not key.is_master]
        keys.filter(is_master=False).delete()
        candidates.refresh()
        for key_id in deleted:
            guard.resume(key_id)


@admin.register(Preferences)
class PreferencesAdmin(RefreshingAdmin):
    list_display = ["__str__", "max_attempts", "connect_s", "first_byte_s", "idle_s", "max_body_mb"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(UsageRecord)
class UsageRecordAdmin(admin.ModelAdmin):
    list_display = [
        "started_at", "app", "model_asked", "model_answered", "channel_name", "status", "stream",
        "input_tokens", "output_tokens", "cost_usd", "first_token_ms", "duration_ms", "attempts", "error",
    ]  # fmt: skip
    list_filter = ["status", "stream", "endpoint", "channel_name"]
    search_fields = ["request_id", "model_asked", "app", "channel_name", "error"]
    date_hierarchy = None
    show_full_result_count = False  # counting millions of rows takes longer than reading a page of them

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def switch(rows: QuerySet[Any], enabled: bool) -> None:
    with transaction.atomic():  # cachalot drops what it holds only when a transaction ends
        rows.update(enabled=enabled)
    candidates.refresh()
