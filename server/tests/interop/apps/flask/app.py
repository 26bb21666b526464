"""A Flask application that keeps its accounts with Flask-SQLAlchemy and hashes with Werkzeug.

Sessions are rows: what the cookie names counts only while its row is there.

DATABASE_URL: sqlite:////… or what else SQLAlchemy takes.
PASSWORD_METHOD: what Werkzeug hashes new passwords with; its own default is scrypt.
"""

import os
import secrets
from datetime import datetime, timezone

from flask import Flask, abort, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
app.config["SECRET_KEY"] = "signs the cookies of an application that lives for one test"
db = SQLAlchemy(app)
login_manager = LoginManager(app)


def now():
    return datetime.now(timezone.utc)


class User(UserMixin, db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(254), unique=True, nullable=False)
    name = db.Column(db.String(100), nullable=False)
    password_hash = db.Column(db.String(256), nullable=False)
    active = db.Column(db.Boolean, nullable=False, default=True)
    created_at = db.Column(db.DateTime, nullable=False, default=now)

    @property
    def is_active(self):
        return self.active


class Session(db.Model):
    __tablename__ = "sessions"
    id = db.Column(db.String(43), primary_key=True)
    user_id = db.Column(db.ForeignKey("user.id"), nullable=False, index=True)
    created_at = db.Column(db.DateTime, nullable=False, default=now)


@login_manager.user_loader
def load_user(user_id):
    row = db.session.get(Session, session.get("key", ""))
    return row and row.user_id == int(user_id) and db.session.get(User, row.user_id) or None


@app.post("/signup")
def sign_up():
    form = request.form
    hashed = generate_password_hash(form["password"], os.environ.get("PASSWORD_METHOD", "scrypt"))
    db.session.add(User(email=form["email"], name=form["name"], password_hash=hashed))
    db.session.commit()
    return "welcome", 201


@app.post("/login")
def log_in():
    user = db.session.scalar(db.select(User).filter_by(email=request.form["email"]))
    if not (user and check_password_hash(user.password_hash, request.form["password"])):
        abort(401)
    session["key"] = secrets.token_urlsafe(32)
    db.session.add(Session(id=session["key"], user_id=user.id))
    db.session.commit()
    if not login_user(user):
        abort(403)
    return redirect(url_for("me"))


@app.get("/me")
@login_required
def me():
    return current_user.email, {"Content-Type": "text/plain"}


with app.app_context():
    db.create_all()

if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ["PORT"]))
