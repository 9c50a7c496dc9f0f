"""How well the text of a page can be read, measured from its computed colours."""

from typing import Any

from playwright.sync_api import Page

ENOUGH = 4.5  # WCAG's AA for text of usual size; here for all text
# The lowest contrast, by WCAG's formula, between any text and what is behind it.
_LOWEST = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((element) => own(element) && element.checkVisibility() && !element.closest("title, desc"))
    .map((element) => {
      const style = getComputedStyle(element);
      const colour = rgb(element instanceof SVGElement ? style.fill : style.color);
      const [dark, bright] = [light(colour), light(behind(element))].sort((a, b) => a - b);
      const name = element.className.baseVal ?? element.className;
      return [(bright + 0.05) / (dark + 0.05), name, element.textContent.trim()];
    })
    .sort((a, b) => a[0] - b[0])[0];
}
"""


def hard_to_read(page: Page) -> list[Any]:
    """The text with the lowest contrast, if that is too low."""
    lowest = list(page.evaluate(_LOWEST))
    return [] if lowest[0] >= ENOUGH else lowest
