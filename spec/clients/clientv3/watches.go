package main

import (
	"context"
	"fmt"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// The next answer of a watch that has events, or is an error.
func next(ctx context.Context, watch clientv3.WatchChan) (clientv3.WatchResponse, error) {
	for {
		select {
		case answer, ok := <-watch:
			if !ok {
				return answer, fmt.Errorf("the watch has ended")
			}
			if len(answer.Events) > 0 || answer.Err() != nil {
				return answer, answer.Err()
			}
		case <-ctx.Done():
			return clientv3.WatchResponse{}, ctx.Err()
		}
	}
}

func watches(c *clientv3.Client) {
	check("watch a prefix, with the values before", func(ctx context.Context) error {
		watch := c.Watch(ctx, "w/", clientv3.WithPrefix(), clientv3.WithPrevKV(), clientv3.WithCreatedNotify())
		if created := <-watch; !created.Created {
			return fmt.Errorf("not created: %v", created)
		}
		_, wrote := c.Put(ctx, "w/a", "1")
		put, err := next(ctx, watch)
		_, deleted := c.Delete(ctx, "w/a")
		if err = first(wrote, err, deleted); err != nil {
			return err
		}
		gone, err := next(ctx, watch)
		if err != nil {
			return err
		}
		return first(
			equal("created", put.Events[0].IsCreate(), true),
			equal("type", gone.Events[0].Type.String(), "DELETE"),
			equal("before", string(gone.Events[0].PrevKv.Value), "1"))
	})
	check("watch from a past revision, in order", func(ctx context.Context) error {
		begun, err := c.Put(ctx, "past", "0")
		if err != nil {
			return err
		}
		for i := 1; i < 50; i++ {
			if _, err = c.Put(ctx, "past", fmt.Sprint(i)); err != nil {
				return err
			}
		}
		watch := c.Watch(ctx, "past", clientv3.WithRev(begun.Header.Revision))
		for seen := 0; seen < 50; {
			answer, err := next(ctx, watch)
			if err != nil {
				return err
			}
			for _, event := range answer.Events {
				if err = equal("value", string(event.Kv.Value), fmt.Sprint(seen)); err != nil {
					return err
				}
				seen++
			}
		}
		return nil
	})
	check("watch in fragments", func(ctx context.Context) error {
		value := strings.Repeat("x", 500_000)
		begun, err := c.Put(ctx, "large/0", value)
		if err != nil {
			return err
		}
		for i := 1; i < 8; i++ {
			if _, err = c.Put(ctx, fmt.Sprintf("large/%d", i), value); err != nil {
				return err
			}
		}
		watch := c.Watch(ctx, "large/", clientv3.WithPrefix(), clientv3.WithRev(begun.Header.Revision),
			clientv3.WithFragment())
		for seen := 0; seen < 8; {
			answer, err := next(ctx, watch)
			if err != nil {
				return err
			}
			seen += len(answer.Events)
		}
		return nil
	})
	check("progress on request", func(ctx context.Context) error {
		watch := c.Watch(ctx, "quiet")
		if _, err := c.Put(ctx, "other", "1"); err != nil {
			return err
		}
		if err := c.RequestProgress(ctx); err != nil {
			return err
		}
		select {
		case answer := <-watch:
			return equal("progress", answer.IsProgressNotify(), true)
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	check("a watch of a compacted revision ends", func(ctx context.Context) error {
		put, err := c.Put(ctx, "old", "1")
		if err != nil {
			return err
		}
		newest, err := c.Put(ctx, "old", "2")
		if err != nil {
			return err
		}
		if _, err = c.Compact(ctx, newest.Header.Revision); err != nil {
			return err
		}
		answer := <-c.Watch(ctx, "old", clientv3.WithRev(put.Header.Revision))
		return equal("compacted at", answer.CompactRevision, newest.Header.Revision)
	})
	check("a watch ends with its context", func(ctx context.Context) error {
		own, cancel := context.WithCancel(ctx)
		watch := c.Watch(clientv3.WithRequireLeader(own), "any")
		cancel()
		for range watch {
		}
		return nil
	})
}
