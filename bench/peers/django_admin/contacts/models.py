"""The same tables, which the bench makes."""

from django.db import models


class Company(models.Model):
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=60)

    class Meta:
        managed = False
        db_table = "company"
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=60)

    class Meta:
        managed = False
        db_table = "tag"

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    full_name = models.CharField(max_length=150)
    email = models.CharField(max_length=150)
    phone = models.CharField(max_length=40, null=True, blank=True)
    birthday = models.DateField(null=True, blank=True)
    company = models.ForeignKey(Company, models.PROTECT)
    status = models.CharField(
        max_length=16,
        choices=[(status, status) for status in "lead active inactive blocked archived".split()],
    )
    gender = models.CharField(max_length=10, null=True, blank=True)
    notes = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    tags = models.ManyToManyField(Tag, db_table="contact_tag", blank=True)

    class Meta:
        managed = False
        db_table = "contact"

    def __str__(self) -> str:
        return self.full_name


class Task(models.Model):
    title = models.CharField(max_length=120)
    contact = models.ForeignKey(Contact, models.CASCADE)

    class Meta:
        managed = False
        db_table = "task"

    def __str__(self) -> str:
        return self.title
