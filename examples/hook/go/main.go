// An application whose passwords Regain resets, with nothing but Go's own library.
//
// HOOK_SECRET=whsec_… go run main.go [PORT] — accounts are in accounts.json, or in the file that ACCOUNTS names:
// {"1": {"address": "ada@example.com", "name": "Ada", "password": "…", "active": true, "sessions": []}}
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

type account struct {
	Address  string   `json:"address"`
	Name     string   `json:"name"`
	Locale   string   `json:"locale,omitempty"`
	Password string   `json:"password"`
	Active   bool     `json:"active"`
	Sessions []string `json:"sessions"`
	SetBy    string   `json:"set_by,omitempty"`
}

type object = map[string]any

var secret, badSecret = base64.RawStdEncoding.DecodeString(strings.Trim(strings.TrimPrefix(os.Getenv("HOOK_SECRET"), "whsec_"), "="))

// Whether somebody who knows the secret signed this, in the last five minutes.
func isFromRegain(headers http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%s.%s", headers.Get("webhook-id"), headers.Get("webhook-timestamp"), body)
	wanted := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	isSigned := false
	for _, given := range strings.Split(headers.Get("webhook-signature"), " ") {
		isSigned = hmac.Equal(wanted, []byte(given)) || isSigned
	}
	at, err := strconv.ParseInt(headers.Get("webhook-timestamp"), 10, 64)
	return isSigned && err == nil && time.Since(time.Unix(at, 0)).Abs() <= 5*time.Minute
}

type call struct {
	Type string
	Data struct {
		Addresses             []string
		ID                    string
		Fingerprint, Password string
	}
}

func hook(accounts map[string]*account, callID string, asked call) object {
	given := asked.Data
	one, isKnown := accounts[given.ID]
	switch asked.Type {
	case "accounts.find":
		found := []object{}
		for id, one := range accounts {
			isWanted := id == given.ID
			for _, address := range given.Addresses {
				isWanted = isWanted || strings.EqualFold(address, one.Address)
			}
			if isWanted {
				found = append(found, object{"id": id, "address": one.Address, "name": one.Name, "locale": one.Locale,
					"fingerprint": one.fingerprint(), "eligible": one.Active})
			}
		}
		return object{"accounts": found}
	case "password.set":
		if isKnown && one.SetBy == callID { // the same call once more: its answer was lost
			return object{"result": "changed"}
		}
		if !isKnown || !one.Active || one.Password == "" || one.fingerprint() != given.Fingerprint {
			return object{"result": "no_longer_matches"}
		}
		if one.isPassword(given.Password) {
			return object{"result": "refused", "reasons": []string{"previously_used"}}
		}
		one.Password, one.SetBy = hashed(given.Password, random()), callID
		return object{"result": "changed"}
	case "sessions.end":
		ended := 0
		if isKnown {
			ended, one.Sessions = len(one.Sessions), nil
		}
		return object{"ended": ended}
	}
	return nil
}

// Other than before, whenever the password or the address is. None without a password: nothing to be reset.
func (one *account) fingerprint() string {
	if one.Password == "" {
		return ""
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(fmt.Sprintf("%q %q", one.Address, one.Password))))
}

// The rest is the application itself, as yours has it.

// PBKDF2 (RFC 8018) with HMAC-SHA-256: Go's own library has it from 1.24 on, as crypto/pbkdf2.
func hashed(password string, salt []byte) string {
	mac := hmac.New(sha256.New, []byte(password))
	mac.Write(append(append([]byte{}, salt...), 0, 0, 0, 1))
	block := mac.Sum(nil)
	derived := append([]byte{}, block...)
	for round := 1; round < 600_000; round++ {
		mac.Reset()
		mac.Write(block)
		block = mac.Sum(block[:0])
		for n := range derived {
			derived[n] ^= block[n]
		}
	}
	return hex.EncodeToString(salt) + "$" + hex.EncodeToString(derived)
}

func random() []byte {
	octets := make([]byte, 16)
	if _, err := rand.Read(octets); err != nil {
		panic(err)
	}
	return octets
}

func (one *account) isPassword(password string) bool {
	salt, _, isHash := strings.Cut(one.Password, "$")
	octets, err := hex.DecodeString(salt)
	return isHash && err == nil && hmac.Equal([]byte(one.Password), []byte(hashed(password, octets)))
}

func logIn(accounts map[string]*account, address, password string) object {
	for _, one := range accounts {
		if one.Address == address && one.Active && one.isPassword(password) {
			session := hex.EncodeToString(random())
			one.Sessions = append(one.Sessions, session)
			return object{"session": session}
		}
	}
	return nil
}

var turn sync.Mutex

func answer(request *http.Request) (int, object) {
	body, err := io.ReadAll(io.LimitReader(request.Body, 1<<20))
	if err != nil || request.URL.Path == "/regain" && !isFromRegain(request.Header, body) {
		return 401, object{"error": "the signature is not Regain's, or too old"}
	}
	turn.Lock()
	defer turn.Unlock()
	file := os.Getenv("ACCOUNTS")
	if file == "" {
		file = "accounts.json"
	}
	kept, err := os.ReadFile(file)
	accounts := map[string]*account{}
	if err != nil || json.Unmarshal(kept, &accounts) != nil {
		return 500, object{"error": "no accounts"}
	}
	var asked call
	var person struct{ Address, Password string }
	if json.Unmarshal(body, &asked) != nil || json.Unmarshal(body, &person) != nil {
		return 400, object{"error": "no JSON"}
	}
	var done object
	if request.URL.Path == "/regain" {
		done = hook(accounts, request.Header.Get("webhook-id"), asked)
	} else {
		done = logIn(accounts, person.Address, person.Password)
	}
	if done == nil {
		return 400, object{"error": "no such call, or no such password"}
	}
	if _, isFound := done["accounts"]; !isFound {
		kept, _ = json.Marshal(accounts)
		if os.WriteFile(file+".new", kept, 0o600) != nil || os.Rename(file+".new", file) != nil {
			return 500, object{"error": "cannot be kept"}
		}
	}
	return 200, done
}

func main() {
	if badSecret != nil || len(secret) < 24 {
		fmt.Fprintln(os.Stderr, "HOOK_SECRET is to be what users.hook.secret is: whsec_ and base64 of 24 octets or more")
		os.Exit(1)
	}
	port := "9000"
	if len(os.Args) > 1 {
		port = os.Args[1]
	}
	http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		status, value := answer(request)
		response.Header().Set("content-type", "application/json")
		response.WriteHeader(status)
		json.NewEncoder(response).Encode(value)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		panic(err)
	}
	fmt.Printf("ready http://%s/regain\n", listener.Addr())
	// What a stranger sends is not waited for without end.
	server := http.Server{ReadTimeout: 15 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 16}
	panic(server.Serve(listener))
}
