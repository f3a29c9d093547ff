import { Label } from '@patternfly/react-core';
import { useEffect, useState } from 'react';

import { useLive } from '../../app/live';
import { countdown } from '../../parts/format';
import { text } from '../../text/en';

/** Until draining ends as a halt, by the load balancer's clock. */
export function Countdown({ deadline }: { deadline: string }) {
  const { status, answeredAt } = useLive();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const offset = status ? Date.parse(status.at) - answeredAt : 0;
  const left = (Date.parse(deadline) - now - offset) / 1000;
  return <Label color="blue" variant="outline" isCompact>{text.overview.countdown(countdown(left))}</Label>;
}
