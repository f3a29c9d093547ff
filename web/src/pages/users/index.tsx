import { Button, Label, Modal, ModalBody, ModalHeader } from '@patternfly/react-core';
import { useState } from 'react';

import { useMay, useSession } from '../../app/session';
import { Confirm } from '../../parts/Confirm';
import { isMissing, Missing } from '../../parts/Missing';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { useToast } from '../../parts/Toasts';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { AddUser } from './AddUser';
import { listUsers, removeUser, setPassword, type User } from './api';
import { PasswordForm } from './PasswordForm';
import { RoleDialog } from './RoleDialog';

const names = text.users;
type Dialog = { kind: 'add' } | { kind: 'delete' | 'password' | 'role'; user: User };

function Line({ user, onDialog }: { user: User; onDialog: (dialog: Dialog) => void }) {
  const { session } = useSession();
  const mayChange = useMay('administrator');
  return (
    <Tr>
      <Td dataLabel={names.name}>{user.name}</Td>
      <Td dataLabel={names.role}>{names.roles[user.role]}</Td>
      <Td dataLabel={names.source}>{names.sourceShort[user.source]}</Td>
      <Td dataLabel={names.lastSignIn}>{user.last_sign_in ? <Time at={user.last_sign_in} /> : '–'}</Td>
      <Td dataLabel={names.twoFactor}><Label color={user.totp ? 'green' : 'grey'} isCompact>{user.totp ? names.on : names.off}</Label></Td>
      <Td>
        {mayChange && (
          <div className="ek-actions ek-inline">
            {user.name !== session?.user && <Button size="sm" variant="secondary" aria-label={`${names.changeRole}: ${user.name}`} onClick={() => onDialog({ kind: 'role', user })}>{names.changeRole}</Button>}
            {user.source === 'local' && user.name !== session?.user && <Button size="sm" variant="secondary" aria-label={`${names.setPassword}: ${user.name}`} onClick={() => onDialog({ kind: 'password', user })}>{names.setPassword}</Button>}
            {user.name !== session?.user && <Button size="sm" variant="secondary" isDanger aria-label={`${text.action.delete} ${user.name}`} onClick={() => onDialog({ kind: 'delete', user })}>{text.action.delete}</Button>}
          </div>
        )}
      </Td>
    </Tr>
  );
}

export default function UsersPage() {
  const loaded = useLoaded(listUsers, 'users');
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const toast = useToast();
  const mayChange = useMay('administrator');
  const close = () => setDialog(null);
  const remove = async (user: User) => {
    close();
    try {
      await removeUser(user.name);
      toast({ title: names.deleted(user.name) });
    } catch (error) {
      toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
    }
    loaded.reload();
  };
  const missing = isMissing(loaded.error);
  return (
    <Page title={text.page.users} lead={names.roleHelp} actions={mayChange && !missing && <Button onClick={() => setDialog({ kind: 'add' })}>{names.add}</Button>}>
      {missing ? <Missing /> : (
        <Loaded loaded={loaded}>
          {(users) => users.length === 0 ? <Empty title={names.empty} body={names.emptyText} /> : (
            <Table aria-label={text.page.users}>
              <Thead><Tr><Th>{names.name}</Th><Th>{names.role}</Th><Th>{names.source}</Th><Th>{names.lastSignIn}</Th><Th>{names.twoFactor}</Th><Th isHidden>{text.overview.columns.actions}</Th></Tr></Thead>
              <Tbody>{users.map((user) => <Line key={user.name} user={user} onDialog={setDialog} />)}</Tbody>
            </Table>
          )}
        </Loaded>
      )}
      {dialog?.kind === 'add' && <AddUser onClose={close} onDone={(name) => { close(); toast({ title: names.created(name) }); loaded.reload(); }} />}
      {dialog?.kind === 'delete' && <Confirm title={names.deleteTitle(dialog.user.name)} action={text.action.delete} isDanger onConfirm={() => void remove(dialog.user)} onCancel={close}>{names.deleteText}</Confirm>}
      {dialog?.kind === 'role' && <RoleDialog user={dialog.user} onClose={close} onDone={() => { close(); toast({ title: names.roleChanged(dialog.user.name) }); loaded.reload(); }} />}
      {dialog?.kind === 'password' && (
        <Modal isOpen variant="small" onClose={close} aria-labelledby="password-title">
          <ModalHeader title={`${names.setPassword}: ${dialog.user.name}`} labelId="password-title" />
          <ModalBody><PasswordForm asksCurrent={false} onSubmit={async (password) => { await setPassword(dialog.user.name, password); toast({ title: names.changed }); close(); }} /></ModalBody>
        </Modal>
      )}
    </Page>
  );
}
