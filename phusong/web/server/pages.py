"""What the page is made of: the only place where the server meets it."""

from __future__ import annotations

from phusong.web.assets import static_files
from phusong.web.content import page_content
from phusong.web.page import served_page

__all__ = ["page_content", "served_page", "static_files"]
