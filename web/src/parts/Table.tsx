// PatternFly's table, as its style sheet has it, without the program of its component: thousands of cells want none.

import { css } from '@patternfly/react-styles';
import styles from '@patternfly/react-styles/css/components/Table/table';
import gridStyles from '@patternfly/react-styles/css/components/Table/table-grid';
import type { ComponentPropsWithoutRef, ReactNode, Ref } from 'react';

interface TableProps extends ComponentPropsWithoutRef<'table'> {
  'aria-label': string;
  /** Below this width each row is a list of its cells. */
  grid?: 'md' | 'lg' | 'none';
  hasBorders?: boolean;
}

const kGrids = { md: gridStyles.modifiers.gridMd, lg: gridStyles.modifiers.gridLg, none: '' };

export function Table({ grid = 'md', hasBorders = true, className, ...rest }: TableProps) {
  return <table className={css(styles.table, styles.modifiers.compact, kGrids[grid], !hasBorders && styles.modifiers.noBorderRows, className)} {...rest} />;
}

export function Thead({ children }: { children: ReactNode }) {
  return <thead className={styles.tableThead}>{children}</thead>;
}

export function Tbody({ innerRef, children }: { innerRef?: Ref<HTMLTableSectionElement>; children: ReactNode }) {
  return <tbody ref={innerRef} className={styles.tableTbody}>{children}</tbody>;
}

export function Tr({ className, ...rest }: ComponentPropsWithoutRef<'tr'>) {
  return <tr className={css(styles.tableTr, className)} {...rest} />;
}

interface CellProps {
  modifier?: 'wrap' | 'nowrap' | 'breakWord' | 'fitContent';
  className?: string;
}

interface ThProps extends CellProps {
  width?: 15 | 20 | 25 | 30 | 35 | 40 | 45 | 50;
  /** For screen readers only, as over a column of buttons. */
  isHidden?: boolean;
  children: ReactNode;
}

export function Th({ modifier = 'nowrap', width, isHidden = false, className, children }: ThProps) {
  const kind = css(styles.tableTh, styles.modifiers[modifier], width && styles.modifiers[`width_${width}`], className);
  return <th scope="col" className={kind}>{isHidden ? <span className="pf-v6-screen-reader">{children}</span> : children}</th>;
}

interface TdProps extends CellProps, Omit<ComponentPropsWithoutRef<'td'>, 'className'> {
  /** What the column is called, where a row is a list. */
  dataLabel?: string;
}

export function Td({ modifier, dataLabel, className, ...rest }: TdProps) {
  return <td data-label={dataLabel} className={css(styles.tableTd, modifier && styles.modifiers[modifier], className)} {...rest} />;
}
