import { Alert, Button, ClipboardCopy } from '@patternfly/react-core';
import { useState } from 'react';

import { get, request } from '../../api/client';
import type { Role } from '../../api/types';
import { useMay } from '../../app/session';
import { Confirm } from '../../parts/Confirm';
import { isMissing, Missing } from '../../parts/Missing';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { useToast } from '../../parts/Toasts';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { AddToken } from './AddToken';

const names = text.tokens;

interface Token {
  id: number;
  label: string;
  role: Role;
  expires_at: string | null;
}

function Created({ token }: { token: string }) {
  return (
    <Alert component="p" variant="success" isInline title={names.created}>
      <ClipboardCopy isReadOnly isCode textAriaLabel={names.created} hoverTip={text.action.copy} clickTip={text.action.copied}>{token}</ClipboardCopy>
    </Alert>
  );
}

export default function TokensPage() {
  const loaded = useLoaded(async (signal) => (await get<{ tokens: Token[] }>('tokens', {}, signal)).tokens, 'tokens');
  const [isAdding, setAdding] = useState(false);
  const [created, setCreated] = useState('');
  const [doomed, setDoomed] = useState<Token | null>(null);
  const toast = useToast();
  const mayChange = useMay('administrator');
  const missing = isMissing(loaded.error);
  const revoke = async (token: Token) => {
    setDoomed(null);
    try {
      await request('DELETE', `tokens/${token.id}`);
      toast({ title: names.revoked(token.label) });
    } catch (error) {
      toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
    }
    loaded.reload();
  };
  return (
    <Page title={text.page.tokens} lead={names.lead} actions={mayChange && !missing && <Button onClick={() => setAdding(true)}>{names.add}</Button>}>
      {created && <Created token={created} />}
      {missing ? <Missing /> : (
        <Loaded loaded={loaded}>
          {(tokens) => tokens.length === 0 ? <Empty title={names.empty} body={names.emptyText} /> : (
            <Table aria-label={text.page.tokens}>
              <Thead><Tr><Th>{names.name}</Th><Th>{names.role}</Th><Th>{names.expires}</Th><Th isHidden>{names.revoke}</Th></Tr></Thead>
              <Tbody>
                {tokens.map((token) => (
                  <Tr key={token.id}>
                    <Td dataLabel={names.name}>{token.label}</Td>
                    <Td dataLabel={names.role}>{text.users.roles[token.role]}</Td>
                    <Td dataLabel={names.expires}>{token.expires_at ? <Time at={token.expires_at} /> : names.never}</Td>
                    <Td>{mayChange && <Button size="sm" variant="secondary" isDanger aria-label={`${names.revoke} ${token.label}`} onClick={() => setDoomed(token)}>{names.revoke}</Button>}</Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )}
        </Loaded>
      )}
      {isAdding && <AddToken onClose={() => setAdding(false)} onDone={(token) => { setAdding(false); setCreated(token); loaded.reload(); }} />}
      {doomed && <Confirm title={names.revokeTitle(doomed.label)} action={names.revoke} isDanger onConfirm={() => void revoke(doomed)} onCancel={() => setDoomed(null)}>{names.revokeText}</Confirm>}
    </Page>
  );
}
