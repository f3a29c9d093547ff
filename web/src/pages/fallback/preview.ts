// A fallback page as clients see it, in a frame of ours that runs nothing. Our own policy has no inline styles, so those of the page are set
// as style sheets are set by script; everything that could load or run is left out before.

const kRefused = 'script, link, meta, base, iframe, object, embed, frame, frameset, noscript, template';

// Even a parsed document that is never shown is held to our policy, and complains: so these are no styles and no handlers any more.
const kInert: [RegExp, string][] = [[/<(\/?)style(?=[\s/>])/gi, '<$1ek-style'], [/(\s)style(?=\s*=)/gi, '$1data-ek-style'], [/(\s)on(?=\w+\s*=)/gi, '$1data-ek-off-']];

function inert(html: string): string {
  return kInert.reduce((text, [from, to]) => text.replace(from, to), html);
}

/** What of the page is shown: its styles, and its body without anything that loads or runs. */
export function partsOf(html: string): { styles: string[]; body: HTMLElement } {
  const parsed = new DOMParser().parseFromString(inert(html), 'text/html');
  const styles = [...parsed.querySelectorAll('ek-style')].map((style) => style.textContent ?? '');
  parsed.querySelectorAll(`ek-style, ${kRefused}`).forEach((element) => element.remove());
  parsed.querySelectorAll('[src]:not([src^="data:"]), [srcset]').forEach((element) => ['src', 'srcset'].forEach((name) => element.removeAttribute(name)));
  return { styles, body: parsed.body };
}

/** Styles that stand at an element: by script, since as an attribute our policy refuses them. */
function restyle(page: Document): void {
  page.querySelectorAll<HTMLElement>('[data-ek-style]').forEach((element) => {
    element.style.cssText = element.dataset.ekStyle ?? '';
  });
}

export function show(frame: HTMLIFrameElement, html: string): void {
  const { contentDocument: page, contentWindow: view } = frame;
  if (!page || !view) return;
  const { styles, body } = partsOf(html);
  const Sheet = (view as unknown as { CSSStyleSheet: typeof CSSStyleSheet }).CSSStyleSheet;
  page.adoptedStyleSheets = styles.map((css) => {
    const sheet = new Sheet();
    sheet.replaceSync(css);
    return sheet;
  });
  page.body.replaceChildren(...[...body.childNodes].map((node) => page.importNode(node, true)));
  page.body.className = body.className;
  page.body.style.cssText = body.dataset.ekStyle ?? '';
  restyle(page);
}
