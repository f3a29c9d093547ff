import { CodeBlock, CodeBlockAction, CodeBlockCode, ClipboardCopyButton, Button } from '@patternfly/react-core';
import { useState } from 'react';

import { text } from '../text/en';
import { download } from './download';

/** A text to read, copy or keep. */
export function Document({ id, content, file, type = 'text/plain' }: { id: string; content: string; file: string; type?: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(content);
    setCopied(true);
  };
  return (
    <CodeBlock
      actions={
        <>
          <CodeBlockAction>
            <ClipboardCopyButton id={`${id}-copy`} textId={id} aria-label={text.action.copy} variant="plain" onClick={() => void copy()} onTooltipHidden={() => setCopied(false)}>
              {isCopied ? text.action.copied : text.action.copy}
            </ClipboardCopyButton>
          </CodeBlockAction>
          <CodeBlockAction><Button size="sm" variant="secondary" onClick={() => download(file, content, type)} aria-label={`${text.action.download} ${file}`}>{text.action.download}</Button></CodeBlockAction>
        </>
      }
    >
      <div className="ek-code" tabIndex={0} role="region" aria-label={file}><CodeBlockCode id={id}>{content}</CodeBlockCode></div>
    </CodeBlock>
  );
}
