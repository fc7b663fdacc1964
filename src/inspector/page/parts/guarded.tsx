import { Component, type ReactNode } from 'react';
import { Empty } from './small.tsx';

interface Guard {
  readonly why: string | null;
}

/** A view that can't be drawn takes no other with it. */
export class Guarded extends Component<{ readonly children: ReactNode }, Guard> {
  static getDerivedStateFromError(error: unknown): Guard {
    return { why: error instanceof Error ? error.message : String(error) };
  }

  override state: Guard = { why: null };

  override render(): ReactNode {
    const { why } = this.state;
    if (why === null) return this.props.children;
    return (
      <Empty title="This view can’t be drawn">
        {why}. The others can, and what came in is kept.{' '}
        <button type="button" className="link" onClick={() => this.setState({ why: null })}>
          Try again
        </button>
      </Empty>
    );
  }
}
