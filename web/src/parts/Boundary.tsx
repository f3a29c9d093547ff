import { PageSection } from '@patternfly/react-core';
import { Component, type ReactNode } from 'react';

import { text } from '../text/en';
import { Failure } from './Failure';

/** A page that breaks says so; the others go on. */
export class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <PageSection>
        <Failure error={this.state.error} title={text.shell.failed} again={() => this.setState({ error: null })} />
      </PageSection>
    );
  }
}
