# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The site, of the pages that antsibull-docs writes; see build.py."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx_antsibull_ext.assets import get_color_scheme_content

project = html_title = html_short_title = "thordata.proxies"
author = "thordata.proxies contributors"
project_copyright = f"2026, {author}"

extensions = ["sphinx_antsibull_ext"]
nitpicky = True
default_role = "any"
highlight_language = "YAML+Jinja"


def colours(scheme: str) -> dict[str, str]:
    """Return the colours of antsibull-docs as variables of CSS."""
    return dict(re.findall(r"--([\w-]+):([^;}]+)", get_color_scheme_content(scheme).decode()))


html_theme = "furo"
# antsibull-docs itself would follow the system, whatever a reader has chosen on the page.
antsibull_ext_color_scheme = "none"
html_theme_options = {
    "light_css_variables": colours("default"),
    "dark_css_variables": colours("default-dark"),
}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = False
html_use_index = False

# Pages of ansible-core that ours refer to. Sphinx would fetch an inventory of all of them for each build.
ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
PLUGIN = re.compile(r"ansible_collections\.ansible\.builtin\.(?P<page>\w+)")
LABELS = {
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}


def of_ansible(app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.Element) -> nodes.Element | None:
    """Return a link to a page of ansible-core for a reference that no page of ours is meant by."""
    target = node["reftarget"]
    if plugin := PLUGIN.fullmatch(target):
        page = f"collections/ansible/builtin/{plugin['page']}.html"
    elif node["reftype"] == "envvar" and target.startswith("ANSIBLE_"):
        page = f"reference_appendices/config.html#envvar-{target}"
    elif target in LABELS:
        page = LABELS[target]
    else:
        return None
    return nodes.reference("", "", shown, refuri=f"{ANSIBLE}/{page}", internal=False)


CONTENTS = re.compile(r"^\.\. contents::.*\n(?:   :.*\n)*", re.MULTILINE)


def without_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Take the tables of contents out, which furo has beside each page and refuses on it."""
    source[0] = CONTENTS.sub("", source[0])


def setup(app: Sphinx) -> None:
    """Register what is above."""
    app.connect("missing-reference", of_ansible)
    app.connect("source-read", without_contents)
