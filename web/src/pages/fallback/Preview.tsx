import { useEffect, useRef, useState } from 'react';

import { text } from '../../text/en';
import { show } from './preview';

// Nothing may run in it (sandbox without allow-scripts, and a policy of its own) and nothing may be loaded but pictures that it has itself.
const kEmpty = `<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:"><title>${text.fallback.preview}</title></head><body></body></html>`;

export function Preview({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    if (isReady && frame.current) show(frame.current, html);
  }, [html, isReady]);
  return <iframe ref={frame} className="ek-preview" title={text.fallback.preview} sandbox="allow-same-origin" srcDoc={kEmpty} onLoad={() => setReady(true)} />;
}
