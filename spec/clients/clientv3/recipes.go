package main

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
)

func recipes(c *clientv3.Client) {
	check("mutex", func(ctx context.Context) error {
		mine, err := concurrency.NewSession(c, concurrency.WithTTL(10))
		if err != nil {
			return err
		}
		theirs, err := concurrency.NewSession(c, concurrency.WithTTL(10))
		if err != nil {
			return err
		}
		defer theirs.Close()
		held := concurrency.NewMutex(mine, "mutex")
		if err = held.Lock(ctx); err != nil {
			return err
		}
		waiting := concurrency.NewMutex(theirs, "mutex")
		if err = equal("try", waiting.TryLock(ctx), concurrency.ErrLocked); err != nil {
			return err
		}
		locked := make(chan error, 1)
		go func() { locked <- waiting.Lock(ctx) }()
		if err = mine.Close(); err != nil {
			return err
		}
		if err = <-locked; err != nil {
			return err
		}
		return waiting.Unlock(ctx)
	})
	check("election", func(ctx context.Context) error {
		session, err := concurrency.NewSession(c, concurrency.WithTTL(10))
		if err != nil {
			return err
		}
		defer session.Close()
		election := concurrency.NewElection(session, "election")
		observed := concurrency.NewElection(session, "election").Observe(ctx)
		if err = election.Campaign(ctx, "one"); err != nil {
			return err
		}
		if err = election.Proclaim(ctx, "two"); err != nil {
			return err
		}
		for news := range observed {
			if string(news.Kvs[0].Value) == "two" {
				break
			}
		}
		leader, err := election.Leader(ctx)
		if err != nil {
			return err
		}
		if err = election.Resign(ctx); err != nil {
			return err
		}
		_, none := election.Leader(ctx)
		return first(
			equal("leader", string(leader.Kvs[0].Value), "two"),
			equal("after", none, concurrency.ErrElectionNoLeader))
	})
	check("software transactional memory", func(ctx context.Context) error {
		const writers = 5
		done := make(chan error, writers)
		for range writers {
			go func() {
				_, err := concurrency.NewSTM(c, func(stm concurrency.STM) error {
					stm.Put("stm", stm.Get("stm")+"x")
					return nil
				}, concurrency.WithAbortContext(ctx), concurrency.WithIsolation(concurrency.Serializable))
				done <- err
			}()
		}
		for range writers {
			if err := <-done; err != nil {
				return err
			}
		}
		got, err := c.Get(ctx, "stm")
		if err != nil {
			return err
		}
		return equal("value", string(got.Kvs[0].Value), "xxxxx")
	})
}

func authentication(c *clientv3.Client) {
	check("authentication", func(ctx context.Context) error {
		_, one := c.UserAdd(ctx, "root", "r")
		_, two := c.RoleAdd(ctx, "root")
		_, three := c.UserGrantRole(ctx, "root", "root")
		_, four := c.UserAdd(ctx, "app", "a")
		_, five := c.RoleAdd(ctx, "app")
		end := clientv3.GetPrefixRangeEnd("app/")
		_, six := c.RoleGrantPermission(ctx, "app", "app/", end, clientv3.PermissionType(clientv3.PermReadWrite))
		_, seven := c.UserGrantRole(ctx, "app", "app")
		_, eight := c.AuthEnable(ctx)
		if err := first(one, two, three, four, five, six, seven, eight); err != nil {
			return err
		}
		root, err := connect("root", "r")
		if err != nil {
			return err
		}
		defer root.Close()
		defer root.AuthDisable(ctx)
		app, err := connect("app", "a")
		if err != nil {
			return err
		}
		defer app.Close()
		if _, err = app.Put(ctx, "app/x", "1"); err != nil {
			return err
		}
		if _, err = app.Put(ctx, "other", "1"); err == nil {
			return fmt.Errorf("app may write another key")
		}
		if _, err = connect("app", "wrong"); err == nil {
			return fmt.Errorf("a wrong password is taken")
		}
		_, err = root.RoleGet(ctx, "app")
		return err
	})
}
