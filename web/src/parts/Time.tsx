import { Tooltip } from '@patternfly/react-core';

import { text } from '../text/en';
import { dateTime, span } from './format';

/** In the viewer's zone; the load balancer's own (it says UTC) on hover. */
export function Time({ at, isRelative = false }: { at: string; isRelative?: boolean }) {
  const server = text.time.server(at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'));
  const content = isRelative ? `${text.time.local(dateTime(at))} · ${server}` : server;
  return (
    <Tooltip content={content}>
      <time dateTime={at} className="ek-nowrap">
        {isRelative ? span((Date.now() - Date.parse(at)) / 1000) : dateTime(at)}
      </time>
    </Tooltip>
  );
}
