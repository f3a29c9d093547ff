import { Label } from '@patternfly/react-core';
import { CheckCircleIcon, ExclamationCircleIcon, ExclamationTriangleIcon, HourglassHalfIcon, SyncAltIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';

import type { Acme } from '../../api/certificates';
import { orderOf, type OrderState } from './orderState';

const kIcons: Record<OrderState['colour'], ReactElement> = {
  green: <CheckCircleIcon />, orange: <ExclamationTriangleIcon />, red: <ExclamationCircleIcon />, grey: <HourglassHalfIcon />, blue: <SyncAltIcon />,
};

/** How it stands with the ACME server. */
export function Order({ acme }: { acme: Acme }) {
  const { colour, words, more } = orderOf(acme);
  return (
    <div className="ek-tight">
      <span><Label color={colour} icon={kIcons[colour]} isCompact>{words}</Label></span>
      {more && <span className="ek-subtle">{more}</span>}
    </div>
  );
}
