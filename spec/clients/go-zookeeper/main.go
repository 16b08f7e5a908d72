// The usual calls of go-zookeeper at the server of ENDPOINTS. Prints one line of JSON for each check.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-zookeeper/zk"
)

var (
	endpoints = strings.Split(os.Getenv("ENDPOINTS"), ",")
	open      = zk.WorldACL(zk.PermAll)
)

func connect() (*zk.Conn, <-chan zk.Event) {
	conn, events, err := zk.Connect(endpoints, 10*time.Second, zk.WithLogInfo(false))
	if err != nil {
		panic(err)
	}
	for event := range events {
		if event.State == zk.StateHasSession {
			return conn, events
		}
	}
	panic("no session")
}

func next(events <-chan zk.Event) (zk.Event, error) {
	select {
	case event := <-events:
		return event, event.Err
	case <-time.After(5 * time.Second):
		return zk.Event{}, errors.New("no event")
	}
}

func main() {
	conn, _ := connect()
	defer conn.Close()
	check("create, get, set, exists, delete", func(context.Context) error {
		_, one := conn.Create("/a", []byte("1"), 0, open)
		_, two := conn.Create("/a", nil, 0, open)
		data, stat, three := conn.Get("/a")
		_, four := conn.Set("/a", []byte("2"), stat.Version)
		_, five := conn.Set("/a", nil, stat.Version)
		there, _, six := conn.Exists("/a")
		seven := conn.Delete("/a", -1)
		_, _, eight := conn.Get("/a")
		return first(one, three, four, six, seven, equal("data", string(data), "1"), equal("there", there, true),
			equal("exists", two, error(zk.ErrNodeExists)), equal("version", five, error(zk.ErrBadVersion)),
			equal("gone", eight, error(zk.ErrNoNode)))
	})
	check("sequence, ephemeral, container and TTL nodes", func(context.Context) error {
		_, one := conn.Create("/seq", nil, 0, open)
		path, two := conn.Create("/seq/n-", nil, zk.FlagSequence, open)
		_, three := conn.CreateContainer("/container", nil, zk.FlagContainer, open)
		_, four := conn.CreateTTL("/ttl", nil, zk.FlagTTL, open, time.Minute)
		other, _ := connect()
		_, five := other.Create("/seq/e", nil, zk.FlagEphemeral, open)
		other.Close()
		there, _, six := conn.Exists("/seq/e")
		return first(one, two, three, four, five, six, equal("path", path, "/seq/n-0000000000"),
			equal("there", there, false))
	})
	check("protected sequence", func(context.Context) error {
		path, err := conn.CreateProtectedEphemeralSequential("/seq/p-", nil, open)
		return first(err, equal("name", strings.HasPrefix(path, "/seq/_c_"), true))
	})
	check("children", func(context.Context) error {
		names, stat, err := conn.Children("/seq")
		return first(err, equal("children", len(names), int(stat.NumChildren)))
	})
	check("transaction", func(context.Context) error {
		_, one := conn.Multi(&zk.CreateRequest{Path: "/t", Data: []byte("1"), Acl: open},
			&zk.CheckVersionRequest{Path: "/t", Version: 0}, &zk.SetDataRequest{Path: "/t", Data: []byte("2"), Version: 0})
		answers, two := conn.Multi(&zk.DeleteRequest{Path: "/t", Version: -1}, &zk.CheckVersionRequest{Path: "/none"})
		return first(one, equal("refused", two, error(zk.ErrNoNode)), equal("answers", len(answers), 2))
	})
	check("access control", func(context.Context) error {
		_, one := conn.Create("/secret", nil, 0, zk.DigestACL(zk.PermAll, "ann", "pw"))
		_, _, two := conn.Get("/secret")
		three := conn.AddAuth("digest", []byte("ann:pw"))
		acl, stat, four := conn.GetACL("/secret")
		_, five := conn.SetACL("/secret", acl, stat.Aversion)
		return first(one, three, four, five, equal("denied", two, error(zk.ErrNoAuth)))
	})
	check("one-shot watches", func(context.Context) error {
		_, one := conn.Create("/w", nil, 0, open)
		_, _, data, two := conn.GetW("/w")
		_, _, children, three := conn.ChildrenW("/w")
		_, _, exists, four := conn.ExistsW("/w/none")
		_, five := conn.Set("/w", nil, -1)
		_, six := conn.Create("/w/none", nil, 0, open)
		if err := first(one, two, three, four, five, six); err != nil {
			return err
		}
		changed, one := next(data)
		child, two := next(children)
		created, three := next(exists)
		return first(one, two, three, equal("data", changed.Type, zk.EventNodeDataChanged),
			equal("children", child.Type, zk.EventNodeChildrenChanged), equal("exists", created.Type, zk.EventNodeCreated))
	})
	check("lock", func(context.Context) error {
		other, _ := connect()
		defer other.Close()
		mine, theirs := zk.NewLock(conn, "/lock", open), zk.NewLock(other, "/lock", open)
		if err := mine.Lock(); err != nil {
			return err
		}
		locked := make(chan error, 1)
		go func() { locked <- theirs.Lock() }()
		select {
		case <-locked:
			return fmt.Errorf("two hold the lock")
		case <-time.After(200 * time.Millisecond):
		}
		return first(mine.Unlock(), <-locked, theirs.Unlock())
	})
	check("sync, ruok", func(context.Context) error {
		_, err := conn.Sync("/")
		return first(err, equal("ruok", zk.FLWRuok(endpoints, 5*time.Second)[0], true))
	})
	check("srvr", func(context.Context) error {
		_, ok := zk.FLWSrvr(endpoints, 5*time.Second)
		return equal("understood", ok, true)
	})
}
