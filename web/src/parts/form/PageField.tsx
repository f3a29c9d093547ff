import { Link } from 'react-router-dom';

import type { Values } from '../../api/schema';
import { text } from '../../text/en';

const kPaths: Record<string, string> = { 'fallback.page': 'virtual-services', fallback_page: 'layer7-services' };

/** A field whose value is a whole page: that is written beside its preview, not in a form. */
export function isPageField(path: string): boolean {
  return path in kPaths;
}

export function PageField({ id, path, value, context }: { id: string; path: string; value: string; context: Values }) {
  const size = Math.ceil(new TextEncoder().encode(value).length / 1024);
  const place = `${kPaths[path]}/${encodeURIComponent(String(context.label))}`;
  return (
    <span id={id} className="ek-labels">
      {value ? text.form.ownPage(size) : text.form.commonPage}
      <Link to={`/maintenance/fallback?of=${encodeURIComponent(place)}`}>{text.form.editPage}</Link>
    </span>
  );
}
