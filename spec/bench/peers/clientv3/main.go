// clientv3, etcd's own client: its calls wait for their answers, so each lane is a goroutine.
package main

import (
	"context"
	"fmt"
	"sync/atomic"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/grpclog"
)

const keys = 1000

var (
	ctx   = context.Background()
	value = string(data)
	next  atomic.Int64
)

func name(i int64) string { return fmt.Sprintf("%s%d", path, i%keys) }
func key() string         { return name(next.Add(1)) }

func put(client *clientv3.Client, key string) {
	_, err := client.Put(ctx, key, value)
	check(err)
}

// The operation of a lane.
func act(client *clientv3.Client) func() {
	return map[string]func(){
		"get": func() {
			_, err := client.Get(ctx, key())
			check(err)
		},
		"put": func() { put(client, key()) },
		"txn": func() {
			key := key()
			exists := clientv3.Compare(clientv3.CreateRevision(key), ">", 0)
			_, err := client.Txn(ctx).If(exists).Then(clientv3.OpPut(key, value)).Commit()
			check(err)
		},
		"lease": func() {
			lease, err := client.Grant(ctx, 60)
			check(err)
			_, err = client.Revoke(ctx, lease.ID)
			check(err)
		},
	}[verb]
}

// Each lane puts a key of its own, and waits until the watch shows it.
func watch(client *clientv3.Client) {
	seen := make(map[string]chan struct{}, lanes)
	for lane := range lanes {
		seen[name(int64(lane))] = make(chan struct{}, 1)
	}
	created := make(chan struct{})
	go func() {
		for response := range client.Watch(ctx, path, clientv3.WithPrefix(), clientv3.WithCreatedNotify()) {
			check(response.Err())
			if response.Created {
				close(created)
			}
			for _, event := range response.Events {
				seen[string(event.Kv.Key)] <- struct{}{}
			}
		}
	}()
	<-created
	for key, shown := range seen {
		go func() {
			for {
				put(client, key)
				<-shown
				done.Add(1)
			}
		}()
	}
}

func main() {
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(nowhere{}, nowhere{}, nowhere{}))
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{endpoint}})
	check(err)
	for i := range int64(keys) {
		put(client, name(i))
	}
	if verb == "watch" {
		watch(client)
	} else {
		loop(act(client))
	}
	printFigures(0, "")
}

type nowhere struct{}

func (nowhere) Write(bytes []byte) (int, error) { return len(bytes), nil }
