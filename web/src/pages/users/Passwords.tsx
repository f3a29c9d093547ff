import { Card, CardBody, CardTitle } from '@patternfly/react-core';

import { useSession } from '../../app/session';
import { Page } from '../../parts/Page';
import { useToast } from '../../parts/Toasts';
import { text } from '../../text/en';
import { setPassword } from './api';
import { PasswordForm } from './PasswordForm';
import { SecondFactor } from './SecondFactor';

export default function Passwords() {
  const { session } = useSession();
  const toast = useToast();
  const change = async (password: string, current: string) => {
    await setPassword(session?.user ?? '', password, current);
    toast({ title: text.users.changed });
  };
  return (
    <Page title={text.page.passwords}>
      <div className="ek-stack">
        <Card isCompact>
          <CardTitle component="h2">{text.users.changeOwn}</CardTitle>
          <CardBody><PasswordForm asksCurrent onSubmit={change} /></CardBody>
        </Card>
        <SecondFactor name={session?.user ?? ''} />
      </div>
    </Page>
  );
}
