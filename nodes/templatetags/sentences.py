"""Sentences on a page."""

from django import template

from nodes.display import with_commands

register = template.Library()
register.filter("commands", with_commands)
