"""The screens, with what its documentation advises for relations in a list."""

from contacts.models import Company, Contact, Tag, Task
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 25


@admin.register(Contact)
class ContactAdmin(admin.ModelAdmin):
    list_display = [
        "full_name",
        "email",
        "phone",
        "company",
        "status",
        "created_at",
        "amount",
        "tag_names",
    ]
    list_select_related = ["company"]
    list_filter = ["status"]
    search_fields = ["full_name"]
    ordering = ["id"]
    list_per_page = PAGE_SIZE

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("tags")

    @admin.display(description="tags")
    def tag_names(self, contact: Contact) -> str:
        return ", ".join(tag.name for tag in contact.tags.all())


@admin.register(Company)
class CompanyAdmin(admin.ModelAdmin):
    list_display = ["name", "country"]
    list_per_page = PAGE_SIZE


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    list_per_page = PAGE_SIZE


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):
    list_display = ["title", "contact"]
    list_per_page = PAGE_SIZE
