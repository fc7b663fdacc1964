import { memo } from 'react';
import type { ControllerLane } from '../../model/fleet.ts';
import { formatRanges } from '../parts/format.ts';

interface ControllersProps {
  readonly controllers: readonly ControllerLane[];
}

/** The controllers, with what each owns, and whether it holds verdicts back. */
export function Controllers({ controllers }: ControllersProps) {
  if (controllers.length === 0) return null;
  return (
    <div className="controllers">
      {controllers.map((controller) => (
        <Controller key={controller.id} controller={controller} />
      ))}
    </div>
  );
}

const Controller = memo(({ controller }: { readonly controller: ControllerLane }) => {
  const { id, isSilent, shards, brake, inFlight, waiting, owned } = controller;
  return (
    <article className="controller" data-silent={isSilent || undefined}>
      <header>
        <i className="pulse" data-silent={isSilent || undefined} aria-hidden />
        <strong className="cut">{id}</strong>
        <small>{isSilent ? 'silent' : 'controller'}</small>
      </header>
      <dl>
        <div>
          <dt>Shards</dt>
          <dd title={formatRanges(shards)}>
            {shards.length === 0 ? 'none' : `${shards.length}`}{' '}
            <small className="cut">{formatRanges(shards)}</small>
          </dd>
        </div>
        <div>
          <dt>Owns</dt>
          <dd>{owned}</dd>
        </div>
        <div>
          <dt>Commands</dt>
          <dd title="Commands under way to agents, and those that wait for their turn">
            {inFlight} <small>{waiting === 0 ? '' : `and ${waiting} wait`}</small>
          </dd>
        </div>
        <div>
          <dt>Storm brake</dt>
          <dd>
            {brake === null ? (
              <small>off</small>
            ) : (
              <span className="brake" title={brake}>
                holds
              </span>
            )}
          </dd>
        </div>
      </dl>
      {brake !== null && <p className="brake-why">{brake}</p>}
    </article>
  );
});
