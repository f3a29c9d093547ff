// What of PatternFly's styles no browser needs: a third of them, and each of them is read before anything is shown.

import type { AcceptedPlugin, AtRule, Declaration, Rule } from 'postcss';

// Themes that cannot be chosen here, the font of icons that nothing shows, and, but for the masthead, what our pages would have to ask for
// by the width of the screen. Components' own answers to that are media queries without such a class.
const kNotNeeded = /\.pf-v6-theme-(high-contrast|felt|glass|redhat)|\.pf-v6-pficon|\.pf-v6-m-legacy-font|^(?!.*masthead).*-on-(sm|md|lg|xl|2xl)(?![a-z])/;
const kFont = { family: /Red Hat Text/, style: /normal/ };

function isNeeded(selector: string): boolean {
  return !kNotNeeded.test(selector.replace(/:not\([^)]*\)/g, ''));
}

function valueOf(face: AtRule, name: string): string {
  const found = face.nodes?.find((node) => node.type === 'decl' && node.prop === name);
  return found ? (found as Declaration).value : '';
}

export function slim(): AcceptedPlugin {
  return {
    postcssPlugin: 'evenkeel-slim',
    Rule(rule: Rule) {
      const kept = rule.selectors.filter(isNeeded);
      if (kept.length === 0) rule.remove();
      else if (kept.length < rule.selectors.length) rule.selectors = kept;
    },
    AtRule: {
      'font-face': (face: AtRule) => {
        if (!kFont.family.test(valueOf(face, 'font-family')) || !kFont.style.test(valueOf(face, 'font-style'))) face.remove();
      },
    },
  };
}
