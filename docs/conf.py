"""The guides as a site: `make site` writes it into build/site, and it loads nothing from elsewhere.

The guides are plain Markdown with links that work on a forge. Those to other files of the
repository lead there in the site as well, if `make site REPOSITORY=…` says where it is; if nothing
is said, they are plain text.
"""

from pathlib import Path
from urllib.parse import urljoin

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

project = "Gradient checking"
extensions = ["myst_parser"]
myst_heading_anchors = 4
highlight_language = "none"  # of commands, which are no Python
smartquotes = False  # they would make a dash of the two hyphens of an option

html_theme = "furo"
html_title = project
html_copy_source = False
html_use_index = False
html_show_copyright = False
html_show_sphinx = False


class LinksOutOfTheGuides(SphinxTransform):
    """Lead links to a folder to its README, and those that leave the guides into the repository."""

    default_priority = 1

    def apply(self, **_: object) -> None:
        """Change the links of one page, before Sphinx looks for what they lead to."""
        guides = Path(self.env.srcdir).resolve()
        for link in [*self.document.findall(is_a_path)]:
            target = link["reftarget"].partition("#")[0]
            page = self.env.doc2path(link["refdoc"])
            path = (Path(page).parent / target).resolve()
            if link["refdomain"] == "doc":
                path = (guides / f"{link['reftarget']}.md").resolve()
            if not path.exists():
                continue  # then Sphinx warns
            if not path.is_relative_to(guides):
                link.replace_self(self.into_the_repository(path.relative_to(guides.parent), link))
            elif path.is_dir():
                link["refdomain"] = "doc"
                link["reftarget"] = f"{path.relative_to(guides).as_posix()}/README"
                link["reftargetid"] = None

    def into_the_repository(self, path: Path, link: nodes.Element) -> nodes.Element:
        """What stands in the place of a link to a file of the repository."""
        base = self.config.repository
        if not base:
            return nodes.inline("", "", *link.children[0].children)
        address = urljoin(f"{base.rstrip('/')}/", path.as_posix())
        return nodes.reference("", "", *link.children[0].children, refuri=address)


def is_a_path(node: nodes.Node) -> bool:
    """Whether a node is a link to a page or a file."""
    links = (addnodes.pending_xref, addnodes.download_reference)
    return isinstance(node, links) and node.get("reftype") == "myst"


def setup(app: Sphinx) -> None:
    """Add to Sphinx what it doesn't have."""
    app.add_config_value("repository", "", "env", str)
    app.add_transform(LinksOutOfTheGuides)
