// The usual calls of Go's clientv3 at the servers of ENDPOINTS. Prints one line of JSON for each check.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

var endpoints = strings.Split(os.Getenv("ENDPOINTS"), ",")

func connect(user, password string) (*clientv3.Client, error) {
	return clientv3.New(clientv3.Config{
		Endpoints:   endpoints,
		DialTimeout: 5 * time.Second,
		Username:    user,
		Password:    password,
		Logger:      zap.NewNop(),
	})
}

func main() {
	client, err := connect("", "")
	if err != nil {
		panic(err)
	}
	defer client.Close()
	keyValues(client)
	leases(client)
	watches(client)
	recipes(client)
	maintenance(client)
	authentication(client)
}

func keyValues(c *clientv3.Client) {
	check("put and get", func(ctx context.Context) error {
		put, err := c.Put(ctx, "kv/a", "1", clientv3.WithPrevKV())
		if err != nil {
			return err
		}
		got, err := c.Get(ctx, "kv/a")
		if err != nil {
			return err
		}
		return first(
			equal("count", got.Count, int64(1)),
			equal("value", string(got.Kvs[0].Value), "1"),
			equal("revision", got.Kvs[0].ModRevision, put.Header.Revision))
	})
	check("get a range, sorted and cut", func(ctx context.Context) error {
		for _, key := range []string{"b", "c", "d"} {
			if _, err := c.Put(ctx, "kv/"+key, key); err != nil {
				return err
			}
		}
		got, err := c.Get(ctx, "kv/", clientv3.WithPrefix(), clientv3.WithLimit(2), clientv3.WithKeysOnly(),
			clientv3.WithSort(clientv3.SortByKey, clientv3.SortDescend))
		if err != nil {
			return err
		}
		return first(
			equal("more", got.More, true),
			equal("first", string(got.Kvs[0].Key), "kv/d"),
			equal("count", got.Count, int64(4)))
	})
	check("delete a range, with the values before", func(ctx context.Context) error {
		deleted, err := c.Delete(ctx, "kv/c", clientv3.WithRange("kv/e"), clientv3.WithPrevKV())
		if err != nil {
			return err
		}
		return first(equal("deleted", deleted.Deleted, int64(2)), equal("value", string(deleted.PrevKvs[0].Value), "c"))
	})
	check("transaction", func(ctx context.Context) error {
		inner := clientv3.OpTxn(nil, []clientv3.Op{clientv3.OpGet("kv/t")}, nil)
		done, err := c.Txn(ctx).
			If(clientv3.Compare(clientv3.CreateRevision("kv/t"), "=", 0), clientv3.Compare(clientv3.Value("kv/a"), "=", "1")).
			Then(clientv3.OpPut("kv/t", "x"), inner).
			Else(clientv3.OpGet("kv/t")).Commit()
		if err != nil {
			return err
		}
		nested := done.Responses[1].GetResponseTxn().Responses[0].GetResponseRange()
		return first(equal("succeeded", done.Succeeded, true), equal("nested", string(nested.Kvs[0].Value), "x"))
	})
	check("compaction", func(ctx context.Context) error {
		put, err := c.Put(ctx, "kv/a", "2")
		if err != nil {
			return err
		}
		if _, err = c.Compact(ctx, put.Header.Revision, clientv3.WithCompactPhysical()); err != nil {
			return err
		}
		_, err = c.Get(ctx, "kv/a", clientv3.WithRev(put.Header.Revision-1))
		return equal("error", err, error(rpctypes.ErrCompacted))
	})
}

func leases(c *clientv3.Client) {
	check("lease: grant, keep alive, time to live, revoke", func(ctx context.Context) error {
		lease, err := c.Grant(ctx, 30)
		if err != nil {
			return err
		}
		if _, err = c.Put(ctx, "leased", "1", clientv3.WithLease(lease.ID)); err != nil {
			return err
		}
		once, err := c.KeepAliveOnce(ctx, lease.ID)
		if err != nil {
			return err
		}
		left, err := c.TimeToLive(ctx, lease.ID, clientv3.WithAttachedKeys())
		if err != nil {
			return err
		}
		all, err := c.Leases(ctx)
		if err != nil {
			return err
		}
		if _, err = c.Revoke(ctx, lease.ID); err != nil {
			return err
		}
		got, err := c.Get(ctx, "leased")
		if err != nil {
			return err
		}
		return first(
			equal("time to live", once.TTL, int64(30)),
			equal("keys", string(left.Keys[0]), "leased"),
			equal("leases", len(all.Leases) > 0, true),
			equal("count after", got.Count, int64(0)))
	})
	check("lease: a stream of keep-alives outlives the lease's time", func(ctx context.Context) error {
		lease, err := c.Grant(ctx, 2)
		if err != nil {
			return err
		}
		alive, err := c.KeepAlive(ctx, lease.ID)
		if err != nil {
			return err
		}
		for range 4 {
			if answer := <-alive; answer == nil {
				return fmt.Errorf("the stream has ended")
			}
		}
		if _, err = c.Revoke(ctx, lease.ID); err != nil {
			return err
		}
		for range alive {
		}
		return nil
	})
}

func maintenance(c *clientv3.Client) {
	check("status", func(ctx context.Context) error {
		for _, endpoint := range endpoints {
			status, err := c.Status(ctx, endpoint)
			if err != nil {
				return err
			}
			if status.Leader == 0 || status.Version == "" || status.DbSize == 0 {
				return fmt.Errorf("status: %v", status)
			}
		}
		return nil
	})
	check("snapshot", func(ctx context.Context) error {
		reader, err := c.Snapshot(ctx)
		if err != nil {
			return err
		}
		size, err := io.Copy(io.Discard, reader)
		return first(err, equal("rest", size%512, int64(32)))
	})
	check("defragment, hash, alarms, members", func(ctx context.Context) error {
		_, defragmented := c.Defragment(ctx, endpoints[0])
		_, hashed := c.HashKV(ctx, endpoints[0], 0)
		_, alarmed := c.AlarmList(ctx)
		members, listed := c.MemberList(ctx)
		if err := first(defragmented, hashed, alarmed, listed); err != nil {
			return err
		}
		return equal("members", len(members.Members), len(endpoints))
	})
	check("sync of the endpoints", func(ctx context.Context) error {
		other, err := connect("", "")
		if err != nil {
			return err
		}
		defer other.Close()
		if err = other.Sync(ctx); err != nil {
			return err
		}
		_, err = other.Get(ctx, "kv/a")
		return first(err, equal("endpoints", len(other.Endpoints()), len(endpoints)))
	})
}
